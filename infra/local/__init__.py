"""The portal on one machine: an AWS stand-in, the demo town, an HTTP front door."""
