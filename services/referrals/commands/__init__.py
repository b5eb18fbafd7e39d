"""What changes a referral, split by who changes it."""
