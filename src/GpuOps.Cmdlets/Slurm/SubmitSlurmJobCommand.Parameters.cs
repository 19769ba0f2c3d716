using System.Collections;
using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

public sealed partial class SubmitSlurmJobCommand
{
    /// <summary>The program and its arguments, which arrive byte for byte. Write <c>--</c> before it, so that its own options are not taken for the cmdlet's.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromRemainingArguments = true, ParameterSetName = "Command")]
    [AllowEmptyString]
    public string[] Command { get; set; } = [];

    /// <summary>A script of yours on this host. It is sent as it is; its <c>#SBATCH</c> lines count where no parameter says otherwise.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    public string? Path { get; set; }

    /// <summary>
    /// A block of PowerShell to run on the first node of the job, which has to have pwsh or gpuops. <c>$using:</c> variables
    /// and -ArgumentList travel with it.
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

    /// <summary>What is piped in goes out as one array of jobs, a task for each, task 0 first; more than Slurm's MaxArraySize as several.</summary>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "ScriptBlock")]
    public SwitchParameter AsArray { get; set; }

    /// <summary>
    /// The template by which the script is written: <c>base</c>, <c>advanced</c>, or one of your own, <c>NAME.sh.liquid</c> in
    /// the folder <c>templates</c> beside your config.yaml.
    /// </summary>
    /// <value>base, or the backend's default</value>
    [Parameter(ParameterSetName = "Command")]
    [Parameter(ParameterSetName = "ScriptBlock")]
    [ArgumentCompleter(typeof(SlurmTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>How many nodes: <c>2</c>, <c>2-4</c>.</summary>
    [Parameter]
    [Alias("Nodes")]
    public string? Node { get; set; }

    /// <summary>How many tasks, all nodes together.</summary>
    [Parameter]
    [Alias("Tasks")]
    public int? Task { get; set; }

    /// <summary>How many tasks on each node.</summary>
    [Parameter]
    public int? TasksPerNode { get; set; }

    /// <summary>How many GPUs, all nodes together: <c>2</c>, <c>a100:2</c>.</summary>
    [Parameter]
    [Alias("Gpus")]
    public string? Gpu { get; set; }

    /// <summary>How many GPUs on each node: <c>2</c>, <c>a100:2</c>.</summary>
    [Parameter]
    public string? GpusPerNode { get; set; }

    /// <summary>How many GPUs for each task: <c>1</c>, <c>a100:1</c>.</summary>
    [Parameter]
    public string? GpusPerTask { get; set; }

    /// <summary>Generic resources of each node, in Slurm's words: <c>gpu:a100:2,shard:4</c>.</summary>
    [Parameter]
    public string? Gres { get; set; }

    /// <summary>How many CPUs for each task.</summary>
    [Parameter]
    public int? CpusPerTask { get; set; }

    /// <summary>How many CPUs for each GPU.</summary>
    [Parameter]
    public int? CpusPerGpu { get; set; }

    /// <summary>Memory on each node: <c>64GB</c>.</summary>
    [Parameter]
    [ByteSize]
    [ArgumentCompleter(typeof(ByteSizeCompleter))]
    public long? Memory { get; set; }

    /// <summary>Memory for each CPU.</summary>
    [Parameter]
    [ByteSize]
    [ArgumentCompleter(typeof(ByteSizeCompleter))]
    public long? MemoryPerCpu { get; set; }

    /// <summary>Memory for each GPU.</summary>
    [Parameter]
    [ByteSize]
    [ArgumentCompleter(typeof(ByteSizeCompleter))]
    public long? MemoryPerGpu { get; set; }

    /// <summary>How long it may run: <c>90m</c>, <c>4h</c>, <c>2d</c>.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Time { get; set; }

    /// <summary>The partition, or several with commas.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmPartitionCompleter))]
    public string? Partition { get; set; }

    /// <summary>The account it is charged to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmAccountCompleter))]
    public string? Account { get; set; }

    /// <summary>The quality of service.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmQosCompleter))]
    public string? Qos { get; set; }

    /// <summary>Features its nodes must have: <c>a100&amp;nvlink</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmConstraintCompleter))]
    public string? Constraint { get; set; }

    /// <summary>Nodes it must have: <c>gpu[01-04]</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmNodeCompleter))]
    public string? NodeList { get; set; }

    /// <summary>Nodes it must not have.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmNodeCompleter))]
    public string? Exclude { get; set; }

    /// <summary>Shares its nodes with nobody.</summary>
    [Parameter]
    public SwitchParameter Exclusive { get; set; }

    /// <summary>The reservation it runs in.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SlurmReservationCompleter))]
    public string? Reservation { get; set; }

    /// <summary>Licenses it needs: <c>matlab:2</c>.</summary>
    [Parameter]
    [Alias("Licenses")]
    public string? License { get; set; }

    /// <summary>When it may begin at the earliest.</summary>
    [Parameter]
    [Alias("Begin")]
    public DateTime? BeginTime { get; set; }

    /// <summary>Jobs it waits for: jobs or ids.</summary>
    [Parameter]
    [GpuJobId]
    [ArgumentCompleter(typeof(SlurmJobCompleter))]
    public string[] DependsOn { get; set; } = [];

    /// <summary>How they must stand for it to begin.</summary>
    /// <value>AfterOk</value>
    [Parameter]
    public SlurmDependencyType DependencyType { get; set; } = SlurmDependencyType.AfterOk;

    /// <summary>Cancels it when a dependency can never be met; -KillOnInvalidDependency:$false lets it wait. Without it the cluster decides.</summary>
    [Parameter]
    public SwitchParameter KillOnInvalidDependency { get; set; }

    /// <summary>The tasks of an array, and how many may run at a time: <c>0-9%2</c>.</summary>
    [Parameter]
    public string? Array { get; set; }

    /// <summary>How many tasks of the array may run at a time.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? ArrayLimit { get; set; }

    /// <summary>Whether it may run again after its node failed or it was preempted; -Requeue:$false forbids it.</summary>
    [Parameter]
    public SwitchParameter Requeue { get; set; }

    /// <summary>The signal before the time limit: <c>USR1@120</c>, <c>B:USR1@120</c> to the script alone.</summary>
    [Parameter]
    public string? Signal { get; set; }

    /// <summary>What happens to log files that are there already.</summary>
    [Parameter]
    public SlurmOpenMode? OpenMode { get; set; }

    /// <summary>The file for its output, with Slurm's patterns: <c>logs/%x/%j.out</c>. Its folder is made, as far as no pattern but %x names it.</summary>
    [Parameter]
    [Alias("Output")]
    public string? OutputPath { get; set; }

    /// <summary>The file for its errors; without it they go to the output.</summary>
    [Parameter]
    public string? ErrorPath { get; set; }

    /// <summary>The folder it runs in, on the cluster; without it the one you are in, or over SSH your home.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Who gets mail.</summary>
    [Parameter]
    public string? MailUser { get; set; }

    /// <summary>About what: <c>BEGIN END FAIL</c>.</summary>
    [Parameter]
    public string[] MailType { get; set; } = [];

    /// <summary>A comment; a mark by which the job is found again is put behind it.</summary>
    [Parameter]
    public string? Comment { get; set; }

    /// <summary>Variables of the job. They appear in no process list.</summary>
    [Parameter]
    public IDictionary? EnvironmentVariable { get; set; }

    /// <summary>Environment modules to load before the command.</summary>
    [Parameter]
    public string[] Module { get; set; } = [];

    /// <summary>The conda environment to activate before the command, by name or path on the cluster.</summary>
    [Parameter]
    public string? Conda { get; set; }

    /// <summary>The folder of the Python venv to activate before the command, on the cluster.</summary>
    [Parameter]
    public string? Venv { get; set; }

    /// <summary>The container image to run the command in.</summary>
    [Parameter]
    public string? ContainerImage { get; set; }

    /// <summary>What runs the container; without it what the backend's defaults say, else Apptainer.</summary>
    [Parameter]
    public SlurmContainerRuntime? ContainerRuntime { get; set; }

    /// <summary>Folders to mount in the container: <c>/data:/data:ro</c>.</summary>
    [Parameter]
    public string[] ContainerMount { get; set; } = [];

    /// <summary>The folder in the container in which the command runs.</summary>
    [Parameter]
    public string? ContainerWorkingDirectory { get; set; }

    /// <summary>Which GPUs the container sees.</summary>
    /// <value>Nvidia</value>
    [Parameter]
    public SlurmContainerGpu ContainerGpu { get; set; } = SlurmContainerGpu.Nvidia;

    /// <summary>Options for sbatch that no parameter has: <c>--spread-job</c>.</summary>
    [Parameter]
    public string[] AdditionalArgument { get; set; } = [];

    /// <summary>Waits until all are over, as Wait-SlurmJob does.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>
    /// Returns a job of PowerShell for each, which ends when it is over: Wait-Job, Receive-Job, and Stop-Job, which cancels it.
    /// A session that closes leaves the cluster's job alone.
    /// </summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>How often the cluster is asked with -Wait and -AsJob.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait with -Wait and -AsJob; without it for ever. The job goes on.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }
}
