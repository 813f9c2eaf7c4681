variable "rules" {
  default = [
    { port = 22, cidrs = ["10.0.0.0/8"] },
    { port = 443, cidrs = ["0.0.0.0/0"], text = "https" },
  ]
}

resource "fake_bucket" "web" {
  name        = "web"
  description = "Web servers"

  dynamic "ingress" {
    for_each = var.rules
    iterator = rule
    content {
      description = try(rule.value.text, "rule ${rule.key}")
      from_port   = rule.value.port
      to_port     = rule.value.port
      protocol    = "tcp"
      cidr_blocks = rule.value.cidrs
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "fake_bucket" "web" {
  name = "web"

  dynamic "block_device_mappings" {
    for_each = { xvda = 20, xvdb = 100 }
    content {
      device_name = "/dev/${block_device_mappings.key}"
      ebs {
        volume_size = block_device_mappings.value
        encrypted   = true
      }
    }
  }

  metadata_options {
    http_tokens = "required"
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.key
      tags          = { Name = "web" }
    }
  }
}

resource "fake_bucket" "nested" {
  listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/b/c"
  action {
    type = "forward"
    forward {
      dynamic "target_group" {
        for_each = ["one", "two"]
        content {
          arn    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${target_group.value}/1"
          weight = 50 + target_group.key
        }
      }
    }
  }
  condition {
    path_pattern {
      values = ["/a/*", "/b/*"]
    }
  }
}
