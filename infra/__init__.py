"""What runs the portal: the declared AWS resources, the build, the operator's commands, the local town, the
measurements. Nothing of it is in the zip."""
