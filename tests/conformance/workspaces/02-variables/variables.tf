variable "environment" {
  type        = string
  description = "Stage of the deployment."
  validation {
    condition     = contains(["dev", "test", "prod"], var.environment)
    error_message = "Unknown environment."
  }
}

variable "retention" {
  type    = number
  default = "30"
}

variable "protect" {
  type     = bool
  default  = null
  nullable = true
}

variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}

variable "settings" {
  type = object({
    size  = optional(number, 3)
    label = optional(string)
    inner = optional(object({ on = optional(bool, true) }), {})
  })
  default = {}
}

variable "extra_tags" {
  type    = map(string)
  default = {}
}
