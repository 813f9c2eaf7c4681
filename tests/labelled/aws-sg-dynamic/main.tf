variable "rules" {
  default = [
    { port = 443, from = ["0.0.0.0/0"] },
    { port = 22, from = ["0.0.0.0/0"] },
  ]
}

variable "office" {
  default = "198.51.100.0/24"
}

data "aws_ssm_parameter" "range" {
  name = "/net/admin-range"
}

resource "aws_security_group" "dyn" {
  name = "dyn"
  dynamic "ingress" {
    for_each = var.rules
    iterator = r
    content {
      from_port   = r.value.port
      to_port     = r.value.port
      protocol    = "tcp"
      cidr_blocks = r.value.from
    }
  }
}

resource "aws_security_group" "var" {
  name = "var"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.office]
  }
}

resource "aws_security_group" "param" {
  name = "param"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [data.aws_ssm_parameter.range.value]
  }
}

resource "aws_security_group" "attr" {
  name = "attr"
  ingress = [{
    description      = "admin"
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = []
    self             = false
  }]
}
