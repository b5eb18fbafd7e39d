"""What a referral may do and when; pure."""
