# PowerShell completion for linkerd-topology. It evaluates nothing that was typed.
Register-ArgumentCompleter -Native -CommandName linkerd-topology -ScriptBlock {
  param($typed, $line, $position)
  $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text })
  if ($typed -eq '') { $words += '' }
  & linkerd-topology complete -- @words 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
    $value, $what = $_ -split "`t", 2
    if (-not $what) { $what = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $what)
  }
}
