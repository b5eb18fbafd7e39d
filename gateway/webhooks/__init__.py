"""Partners' systems are told where their own referrals stand: signed, retried, never more than id and state."""
