"""The assistant over HTTP: questions, search, articles, quotations, evaluations, and the form that OpenAI's clients speak."""
