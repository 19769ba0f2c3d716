namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// A job for sbatch: an argv (<see cref="Command"/>), a block of PowerShell (<see cref="Block"/>) or a user's script (<see cref="Script"/>). What is null is not
/// asked for, and Slurm, the partition or the script decide.
/// </summary>
public sealed record SlurmJobRequest
{
    /// <summary>The job's name: any text of one line.</summary>
    public string? Name { get; init; }

    /// <summary>The program and its arguments, which arrive byte for byte. It runs once, on the first node of the job.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>A block of PowerShell, in place of a command.</summary>
    public JobBlock? Block { get; init; }

    /// <summary>
    /// What each task of an array adds to <see cref="Command"/>, or the packed arguments of its <see cref="Block"/>, task 0 first; the request is that array then, and
    /// <see cref="Array"/> stays null.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>>? TaskArguments { get; init; }

    /// <summary>The template by which the script of a command or a block is written; null for the backend's default.</summary>
    public SlurmTemplate? Template { get; init; }

    /// <summary>A script that begins with <c>#!</c>. It is sent as it is, and its <c>#SBATCH</c> lines count where nothing here says otherwise.</summary>
    public ReadOnlyMemory<byte>? Script { get; init; }

    /// <summary>The name of the script's file. As with sbatch, the job is called that when neither <see cref="Name"/> nor the script says otherwise.</summary>
    public string? ScriptName { get; init; }

    /// <summary>What <see cref="Script"/> gets as <c>$1 $2 …</c>; sbatch cannot pass a lone <c>:</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What the job needs, and where it may run.</summary>
    public SlurmResourceRequest Resources { get; init; } = new();

    /// <summary>What is to be there when it runs.</summary>
    public SlurmJobEnvironment Environment { get; init; } = new();

    /// <summary>
    /// When it may begin at the earliest. <see cref="DateTimeKind.Local"/> and <see cref="DateTimeKind.Utc"/> mean that
    /// very moment wherever the cluster is; <see cref="DateTimeKind.Unspecified"/> is by the clock of the host where sbatch runs.
    /// </summary>
    public DateTime? Begin { get; init; }

    /// <summary>The jobs it waits for; all of them have to be as wanted.</summary>
    public IReadOnlyList<SlurmDependency> Dependencies { get; init; } = [];

    /// <summary>Whether it is cancelled (true) or stays in the queue (false) when a dependency can never be met.</summary>
    public bool? KillOnInvalidDependency { get; init; }

    /// <summary>The tasks of an array and how many may run at a time: <c>0-9%2</c>, <c>1,3,5-9:2</c>.</summary>
    public string? Array { get; init; }

    /// <summary>How many tasks of the array may run at a time, where <see cref="Array"/> does not say it.</summary>
    public int? ArrayLimit { get; init; }

    /// <summary>Whether it may (true) or must not (false) run again after its node failed or it was preempted.</summary>
    public bool? Requeue { get; init; }

    /// <summary>The signal before the time limit: <c>USR1</c>, <c>B:USR1@120</c> (120 seconds before, to the script alone).</summary>
    public string? Signal { get; init; }

    /// <summary>What happens to log files that are there already.</summary>
    public SlurmOpenMode? OpenMode { get; init; }

    /// <summary>The file for standard output, with Slurm's patterns: <c>logs/%x-%j.out</c>.</summary>
    public string? Output { get; init; }

    /// <summary>The file for standard error; without it that goes where standard output goes.</summary>
    public string? Error { get; init; }

    /// <summary>The folder it runs in; without it the one where sbatch runs.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>Who gets mail.</summary>
    public string? MailUser { get; init; }

    /// <summary>What mail is sent about, in Slurm's words: <c>BEGIN</c>, <c>END</c>, <c>FAIL</c>, <c>TIME_LIMIT_80</c>, <c>ALL</c> …</summary>
    public IReadOnlyList<string> MailTypes { get; init; } = [];

    /// <summary>A remark that Slurm keeps with the job.</summary>
    public string? Comment { get; init; }

    /// <summary>More options for sbatch, each one element: <c>--nice=100</c>, <c>-H</c>.</summary>
    public IReadOnlyList<string> AdditionalArguments { get; init; } = [];
}
