# Whoever jumps on from the bastion.
variable "jump_from" {
  type    = list(string)
  default = ["0.0.0.0/0"]
}

resource "aws_security_group" "jump" {
  name   = "jump"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
}

resource "aws_vpc_security_group_ingress_rule" "jump" {
  for_each          = toset(var.jump_from)
  security_group_id = aws_security_group.jump.id
  description       = "SSH"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = each.value
}
