"""What runs the portal: declared AWS resources, the local town, the measurements. Never shipped to Lambda."""
