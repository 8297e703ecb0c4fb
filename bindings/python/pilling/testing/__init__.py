"""What one needs to develop and test against Pilling's services without keys: see ``pilling.testing.fake_services``."""
