"""What a control plane and its nodes do of their own accord."""
