"""指标体系: schemes of indicators with weights and rules, from draft to published."""
