variable "size" {
  default = "small"
}

locals {
  a = "first"
  b = "second"
}

resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.${var.size}"
  root_block_device {
    volume_size = 8
  }
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 10
  }
  tags = { A = local.a, B = local.b }
  lifecycle {
    prevent_destroy = true
  }
}
