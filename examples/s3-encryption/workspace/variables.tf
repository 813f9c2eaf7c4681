variable "region" {
  description = "Where the data lake lives."
  type        = string
  default     = "eu-central-1"
}

variable "environment" {
  type = string

  validation {
    condition     = contains(["dev", "stage", "prod"], var.environment)
    error_message = "The environment must be dev, stage or prod."
  }
}

variable "owner" {
  type    = string
  default = "data-platform"
}

variable "buckets" {
  description = "Purpose of each bucket, and for how many days objects stay."
  type = map(object({
    retention_days = optional(number, 90)
    public_name    = optional(string)
  }))
  default = {
    raw     = { retention_days = 30 }
    curated = {}
  }
}
