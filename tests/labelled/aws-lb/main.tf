variable "protect" {
  type    = bool
  default = true
}

variable "log_bucket" {
  type    = list(string)
  default = ["lb-logs-eu"]
}

variable "no_bucket" {
  type    = list(string)
  default = []
}

resource "aws_lb" "plain" {
  name    = "plain"
  subnets = ["subnet-0a1", "subnet-0a2"]
}

resource "aws_lb" "logged" {
  name                       = "logged"
  load_balancer_type         = "application"
  subnets                    = ["subnet-0a1", "subnet-0a2"]
  enable_deletion_protection = var.protect
  desync_mitigation_mode     = "strictest"
  drop_invalid_header_fields = true
  access_logs {
    bucket  = "lb-logs-eu"
    prefix  = "app"
    enabled = true
  }
}

resource "aws_lb" "bucket_only" {
  name                       = "bucket-only"
  subnets                    = ["subnet-0a1", "subnet-0a2"]
  enable_deletion_protection = false
  desync_mitigation_mode     = "monitor"
  drop_invalid_header_fields = false
  access_logs {
    bucket = "lb-logs-eu"
  }
}

resource "aws_lb" "dyn" {
  name                       = "dyn"
  load_balancer_type         = "network"
  subnets                    = ["subnet-0a1", "subnet-0a2"]
  enable_deletion_protection = true
  dynamic "access_logs" {
    for_each = var.log_bucket
    content {
      bucket  = access_logs.value
      enabled = true
    }
  }
}

resource "aws_lb" "dynoff" {
  name    = "dynoff"
  subnets = ["subnet-0a1", "subnet-0a2"]
  dynamic "access_logs" {
    for_each = var.no_bucket
    content {
      bucket  = access_logs.value
      enabled = true
    }
  }
}

resource "aws_elb" "classic" {
  name    = "classic"
  subnets = ["subnet-0a1"]
  listener {
    instance_port     = 80
    instance_protocol = "http"
    lb_port           = 80
    lb_protocol       = "http"
  }
}

resource "aws_alb" "old" {
  name    = "old"
  subnets = ["subnet-0a1", "subnet-0a2"]
  access_logs {
    bucket  = "lb-logs-eu"
    enabled = "true"
  }
}
