"""Customer lifetime value: who is still a customer, what each will buy, and what that is worth."""
