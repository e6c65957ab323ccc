"""The reliability exam: trials with an outside ledger, fixed seeds and a mutant each."""
