using System.Collections;
using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

public sealed partial class SubmitGpuJobCommand
{
    /// <summary>The program and its arguments, which arrive byte for byte. Write <c>--</c> before it, so that its own options are not taken for the cmdlet's.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromRemainingArguments = true, ParameterSetName = "Command")]
    [AllowEmptyString]
    public string[] Command { get; set; } = [];

    /// <summary>A script of yours, which is sent as it is now; its first line says by what it is run.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    public string? Path { get; set; }

    /// <summary>
    /// A block of PowerShell to run in the job, by pwsh or gpuops. <c>$using:</c> variables and -ArgumentList travel with it.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "ScriptBlock")]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>
    /// What stands behind the command, what the script gets as <c>$1 $2 ...</c>, or the arguments of the script block. What is piped in comes here, a job for each;
    /// a script block says what of it: <c>{ '--seed', $_ }</c>.
    /// </summary>
    [Parameter(ParameterSetName = "Command", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = "ScriptBlock", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = "Path")]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public PSObject?[]? ArgumentList { get; set; } = [];

    /// <summary>
    /// Makes a job for each choice in the words: <c>{a,b}</c> with all of the others, <c>{{a,b}}</c> one by one with the other double braces;
    /// <c>{RANDINT:1:9}</c> is a number, another one in each job. A backslash before a brace or a comma keeps it.
    /// </summary>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Expand { get; set; }

    /// <summary>The conda environment to activate before the command, by name or path.</summary>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "ScriptBlock")]
    public string? Conda { get; set; }

    /// <summary>The folder of the Python venv to activate before the command.</summary>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "ScriptBlock")]
    public string? Venv { get; set; }

    /// <summary>A file with lines of bash that are read before the command, first of all; what they export it gets. The file is sent as it is now.</summary>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "ScriptBlock")]
    public string? Prologue { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    public string Name { get; set; } = "";

    /// <summary>How many whole GPUs it needs; which ones does not matter.</summary>
    /// <value>none</value>
    [Parameter]
    [Alias("Gpus")]
    [ValidateRange(0, int.MaxValue)]
    public int? Gpu { get; set; }

    /// <summary>The very GPUs it needs.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    public int[]? GpuId { get; set; }

    /// <summary>The part of one GPU it needs, above 0 and at most 1.</summary>
    [Parameter]
    public decimal? Share { get; set; }

    /// <summary>The part of one GPU it needs, as its memory: <c>20GB</c>.</summary>
    [Parameter]
    [ByteSize]
    [ArgumentCompleter(typeof(ByteSizeCompleter))]
    public long? Memory { get; set; }

    /// <summary>How many of the host's CPUs it takes.</summary>
    /// <value>1</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Cpu { get; set; } = 1;

    /// <summary>The higher goes first; those of equal priority in the order they came.</summary>
    /// <value>0</value>
    [Parameter]
    public int Priority { get; set; }

    /// <summary>How long it may run: <c>90m</c>, <c>4h</c>, <c>2d</c>.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Time { get; set; }

    /// <summary>Jobs it waits for: jobs or ids.</summary>
    [Parameter]
    [GpuJobId]
    [ArgumentCompleter(typeof(GpuJobCompleter))]
    public string[] DependsOn { get; set; } = [];

    /// <summary>How they must end for it to begin. When one ends otherwise, the job is cancelled.</summary>
    /// <value>Success</value>
    [Parameter]
    public GpuJobDependencyType DependencyType { get; set; }

    /// <summary>Keeps it from starting until Set-GpuJob -Hold:$false.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>Submits it so many times.</summary>
    /// <value>1</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int Repeat { get; set; } = 1;

    /// <summary>How often it is started again when it fails.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int Retry { get; set; }

    /// <summary>Exit codes after which it is started again; without it any but 0.</summary>
    [Parameter]
    public int[] RetryExitCode { get; set; } = [];

    /// <summary>Variables of the job. They are kept secret, and forgotten when it is over.</summary>
    [Parameter]
    public IDictionary? EnvironmentVariable { get; set; }

    /// <summary>Files with variables of the job, NAME=VALUE in each line, which are read now. A later file is stronger, and -EnvironmentVariable strongest.</summary>
    [Parameter]
    public string[] EnvFile { get; set; } = [];

    /// <summary>Words by which it can be found again.</summary>
    [Parameter]
    public string[] Tag { get; set; } = [];

    /// <summary>The folder it runs in; without it the one you are in.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Puts its errors into the file of its output, in the order they are written.</summary>
    [Parameter]
    public SwitchParameter MergeStream { get; set; }

    /// <summary>Waits until all are over, as Wait-GpuJob does.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Gives a job of PowerShell for each, which ends when it is over.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>How often a scheduler is asked with -Wait or -AsJob that tells nothing by itself, such as Slurm.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Interval { get; set; }
}
