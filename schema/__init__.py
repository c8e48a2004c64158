"""The contract: GraphQL kinds, inputs and payloads. Field bodies ask a resolver, nothing more."""
