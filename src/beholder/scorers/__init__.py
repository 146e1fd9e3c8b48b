"""What is served: three forms of scoring, none of which knows how it was learned."""
