"""What is found in a text: secrets, addresses and numbers that are nobody else's business."""
