using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>A job as sbatch gets it. No shell takes part before the job's own.</summary>
public sealed record SbatchCommand
{
    // The script is still what sbatch reads from standard input; only behind a file's name it takes arguments for it.
    private static readonly string[] FromInput = ["--", "/dev/stdin"];

    private SbatchCommand()
    {
    }

    /// <summary>
    /// The arguments of sbatch, the program itself not among them: <c>--parsable</c>, then options as one element each, then,
    /// for a script with arguments, <c>-- /dev/stdin</c> and these. sbatch opens that by its name, which works for a pipe or
    /// a file but for no socket: it then says <c>Unable to open file /dev/stdin</c>.
    /// </summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>What sbatch reads from standard input: a user's script byte for byte, or one written for the command.</summary>
    public required ReadOnlyMemory<byte> Script { get; init; }

    /// <summary>
    /// The variables to run sbatch with, which it hands on to a user's script; the process list shows none of them. Empty
    /// for a command, whose script sets them.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The folders to be made before, see <see cref="SlurmLogFolders"/>.</summary>
    public required IReadOnlyList<string> LogFolders { get; init; }

    /// <summary>Writes a request down for sbatch.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="GpuOpsException">
    /// Of kind <see cref="GpuOpsErrorKind.InvalidArgument"/>. What is run: <c>NoSlurmCommand</c>, <c>SlurmCommandAndScript</c>,
    /// <c>SlurmArgumentsWithoutScript</c>, <c>InvalidSlurmScript</c>, <c>InvalidSlurmScriptArgument</c>. Where:
    /// <c>InvalidSlurmVariable</c>, <c>SlurmVariablesNotExported</c>, <c>SlurmScriptNotTouched</c>, <c>SlurmCondaAndVenv</c>,
    /// <c>InvalidSlurmContainer</c>. Options: <c>InvalidSlurmValue</c>, <c>InvalidSlurmCount</c>, <c>InvalidSlurmMemory</c>,
    /// <c>SlurmMemoryGivenTwice</c>, <c>InvalidSlurmTimeLimit</c>, <c>InvalidSlurmArray</c>, <c>InvalidSlurmDependency</c>,
    /// <c>InvalidSlurmPath</c>, <c>InvalidSlurmArgument</c>, <c>SlurmOptionGivenTwice</c>.
    /// </exception>
    public static SbatchCommand From(SlurmJobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        SlurmJobRules.Check(request);
        var options = SbatchOptions.Of(request);
        SbatchAdditional.Check(request, options);
        return new()
        {
            Arguments =
            [
                "--parsable",
                .. options.Select(option => option.ToString()),
                .. request.AdditionalArguments,
                .. request.Arguments.Count > 0 ? FromInput : [],
                .. request.Arguments,
            ],
            Script = request.Script ?? SlurmJobScript.Write(request),
            Environment = request.Script is null ? new Dictionary<string, string>() : request.Environment.Variables,
            LogFolders = SlurmLogFolders.Of(request),
        };
    }
}
