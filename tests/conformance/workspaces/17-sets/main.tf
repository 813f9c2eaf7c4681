variable "numbers" {
  type    = set(number)
  default = [3, 1, 2, 2]
}

variable "mixed" {
  type    = set(string)
  default = ["b", "a", "C", "10", "9", "é", ""]
}

resource "aws_security_group" "s" {
  name = "s"
  dynamic "ingress" {
    for_each = toset(["9000", "80", "443"])
    content {
      from_port   = ingress.value
      to_port     = ingress.key
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
      self        = ingress.value == "80"
    }
  }
}

resource "aws_autoscaling_group" "g" {
  name               = "g"
  min_size           = 0
  max_size           = 1
  availability_zones = setunion(["eu-central-1b"], ["eu-central-1a"])
  launch_template {
    id = "lt-1"
  }
  dynamic "tag" {
    for_each = { z = "1", a = "2" }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }
}

resource "aws_ssm_parameter" "p" {
  name  = "/p"
  type  = "StringList"
  value = join(",", var.mixed)
}

output "numbers" {
  value = [for n in var.numbers : n * 10]
}

output "operations" {
  value = {
    intersection = setintersection(var.mixed, ["a", "z"])
    subtract     = setsubtract(var.mixed, ["a"])
    product      = setproduct(["x"], var.numbers)
    contains     = contains(var.mixed, "é")
    length       = length(var.numbers)
  }
}

output "unknown_set" {
  value = toset([aws_security_group.s.id, "x"])
}

output "splat_of_null" {
  value = null[*]
}
