"""What estimators need of scikit-learn: private names, callbacks, saved state."""
