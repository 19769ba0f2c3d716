namespace GpuOps.Schedulers;

/// <summary>A block of PowerShell to run in a job, on a host that has <c>pwsh</c> or <c>gpuops</c>.</summary>
/// <param name="Text">The block without its braces. Lines end with a newline alone in the job.</param>
/// <param name="Starter">The command that PowerShell begins with. It finds the block's text in file descriptor 3, the packed arguments in 4.</param>
public sealed record JobBlock(string Text, string Starter)
{
    /// <summary>The packed arguments, one line of text. The tasks of an array of Slurm have their own in <see cref="Slurm.SlurmJobRequest.TaskArguments"/>, one word each.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The program there; null for the first <c>pwsh</c> or <c>gpuops</c> that is found there.</summary>
    public string? Program { get; init; }

    /// <summary>A program that is looked for first; null for none.</summary>
    public string? Preferred { get; init; }
}
