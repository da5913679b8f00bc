"""Model endpoints: packages of models in a versioned registry, deployed behind names, invoked and measured."""
