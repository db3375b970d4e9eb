"""监督检查: plans with a drawn sample, findings on the spot, evidence asked back, results that scores read (R92)."""
