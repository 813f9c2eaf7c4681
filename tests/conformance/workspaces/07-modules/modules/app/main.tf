variable "name" {}
variable "size" {
  type = number
}
variable "vpc_id" {}
variable "subnet_ids" {
  type = list(string)
}
variable "public" {
  type    = bool
  default = false
}

resource "aws_security_group" "this" {
  name   = "${var.name}-sg"
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "public" {
  count             = var.public ? 1 : 0
  type              = "ingress"
  security_group_id = aws_security_group.this.id
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_autoscaling_group" "this" {
  name                = var.name
  min_size            = 1
  max_size            = var.size
  vpc_zone_identifier = var.subnet_ids
  launch_template {
    id      = "lt-12345"
    version = "$Latest"
  }
  tag {
    key                 = "Name"
    value               = var.name
    propagate_at_launch = true
  }
}

output "group" {
  value = aws_autoscaling_group.this.name
}

output "group_id" {
  value = aws_autoscaling_group.this.id
}
