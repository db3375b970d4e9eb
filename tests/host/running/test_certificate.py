"""The certificate that a phone is shown: it must name the address that the phone asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from host.running import certificate


def _addresses(path: Path) -> set[str]:
    found = x509.load_pem_x509_certificate(path.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(address) for address in names.get_values_for_type(x509.IPAddress)}


def test_the_certificate_names_every_address_of_the_machine(tmp_path: Path) -> None:
    path, key = certificate.own_certificate(tmp_path / "tls")

    assert _addresses(path) == set(certificate.own_addresses())
    assert key.stat().st_mode & 0o077 == 0


def test_the_certificate_stays_as_long_as_the_addresses_do(tmp_path: Path) -> None:
    path, _ = certificate.own_certificate(tmp_path)
    before = path.read_bytes()

    certificate.own_certificate(tmp_path)

    assert path.read_bytes() == before


def test_a_new_address_gets_a_new_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = certificate.own_certificate(tmp_path)
    monkeypatch.setattr(certificate, "own_addresses", lambda: ["127.0.0.1", "192.168.7.7"])

    certificate.own_certificate(tmp_path)

    assert "192.168.7.7" in _addresses(path)
