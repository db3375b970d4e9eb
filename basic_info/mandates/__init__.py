"""「三定」规定: reading the mandate of a unit and keeping its versions."""
