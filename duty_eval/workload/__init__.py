"""工作量与饱和度: standard hours of what was logged against the hours that people were there (R137–R139)."""
