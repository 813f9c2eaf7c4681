variable "size" {
  default = "large"
}

locals {
  b = "overridden"
}

resource "aws_instance" "web" {
  monitoring = true
  root_block_device {
    volume_size = 50
    encrypted   = true
  }
  lifecycle {
    create_before_destroy = true
  }
}
