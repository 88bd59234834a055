"""Who uses the assistant, and what is kept for them: users, keys, conversations and feedback, beside the indexes and never inside one."""
