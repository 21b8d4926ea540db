"""The mistakes that the tests must notice, a module for each kind."""
