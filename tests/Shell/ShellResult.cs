namespace GpuOps.ShellTests;

/// <summary>What a finished run left.</summary>
public sealed record ShellResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
