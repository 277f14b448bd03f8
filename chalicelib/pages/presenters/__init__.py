"""Domain objects -> the words, states and addresses that templates show. Templates decide nothing."""
