locals {
  lb = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/0123456789abcdef"
  tg = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/0123456789abcdef"
  crt = "arn:aws:acm:eu-west-1:123456789012:certificate/1b1b1b1b-0000-0000-0000-000000000000"
}

resource "aws_lb_listener" "forward" {
  load_balancer_arn = local.lb
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = local.lb
  port              = "80"
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "redirect_same" {
  load_balancer_arn = local.lb
  port              = "80"
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      host        = "www.example.com"
      status_code = "HTTP_302"
    }
  }
}

resource "aws_lb_listener" "many" {
  for_each          = toset(["8080", "8081"])
  load_balancer_arn = local.lb
  port              = each.key
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/y/0123456789abcdef"
  port              = 5432
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = local.lb
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "tls_default" {
  load_balancer_arn = local.lb
  port              = 8443
  protocol          = "HTTPS"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "tls11" {
  load_balancer_arn = local.lb
  port              = 8444
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS-1-1-2017-01"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "tls12" {
  load_balancer_arn = local.lb
  port              = 8445
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS-1-2-Ext-2018-06"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "fs12" {
  load_balancer_arn = local.lb
  port              = 8446
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-FS-1-2-Res-2020-10"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}

resource "aws_lb_listener" "fs2018" {
  load_balancer_arn = local.lb
  port              = 8447
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-FS-2018-06"
  certificate_arn   = local.crt
  default_action {
    type             = "forward"
    target_group_arn = local.tg
  }
}
