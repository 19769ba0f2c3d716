using System.Globalization;
using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// The script that runs an argv in a job: it prepares what was asked for by what the compute node has, then becomes the
/// command. What it cannot prepare ends the job with 127 (not there) or 126 (there, but it failed) and a line that says so.
/// </summary>
internal sealed class SlurmJobScript
{
    private const string Fail = """
        gpuops_fail() { printf 'gpuops: %s: %s\n' "$(uname -n)" "$2" >&2; exit "$1"; }

        """;

    private const string FindModules = """
        for gpuops_file in /etc/profile.d/{modules,lmod,z00_lmod}.sh {"${MODULESHOME-}","${LMOD_PKG-}",/usr/share/modules,/usr/share/Modules,/usr/share/lmod/lmod,/usr/local/Modules}/init/bash /etc/profile; do
            type module >/dev/null 2>&1 && break
            [ -r "$gpuops_file" ] && . "$gpuops_file"
        done
        type module >/dev/null 2>&1 || gpuops_fail 127 'there is no module command; looked in /etc/profile.d, MODULESHOME, LMOD_PKG, /usr/share and /etc/profile'

        """;

    private const string FindConda = """
        gpuops_conda=
        for gpuops_file in "$(type -P conda)" "${CONDA_EXE-}" {"${HOME-}",/opt,/usr/local}/{miniforge3,mambaforge,miniconda3,anaconda3,conda}/bin/conda; do
            [ -f "$gpuops_file" ] && [ -x "$gpuops_file" ] && { gpuops_conda=$gpuops_file; break; }
        done
        [ -n "$gpuops_conda" ] || gpuops_fail 127 'there is no conda; looked in PATH, CONDA_EXE, and for miniforge3, mambaforge, miniconda3, anaconda3 and conda in the home, /opt and /usr/local'
        gpuops_hook=$("$gpuops_conda" shell.bash hook) || gpuops_fail 126 "'$gpuops_conda shell.bash hook' failed"
        eval "$gpuops_hook"

        """;

    // Since Slurm 22.05 srun knows how many CPUs a task was to get only from a variable of its own (srun(1), --cpus-per-task).
    private const string KeepCpus = """
        [ -z "${SLURM_CPUS_PER_TASK-}" ] || export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"

        """;

    private const string FindPowerShell = """
        gpuops_shell=
        for gpuops_file in "$(type -P pwsh)" "$(type -P gpuops)" {"${HOME-}"/.local/bin,"${HOME-}"/.dotnet/tools,/usr/local/bin,/opt/microsoft/powershell/7,/snap/bin}/{pwsh,gpuops}; do
            [ -f "$gpuops_file" ] && [ -x "$gpuops_file" ] && { gpuops_shell=$gpuops_file; break; }
        done
        [ -n "$gpuops_shell" ] || gpuops_fail 127 'there is neither pwsh nor gpuops for the script block; looked in PATH, ~/.local/bin, ~/.dotnet/tools, /usr/local/bin, /opt/microsoft/powershell/7 and /snap/bin'

        """;

    private readonly StringBuilder _text = new();

    /// <summary>Writes the parts of a request's script.</summary>
    /// <param name="job">The request, with a command or a block.</param>
    /// <exception cref="GpuOpsException">A word that no program can be given.</exception>
    public SlurmJobScript(SlurmJobRequest job)
    {
        Prepare(job.Environment, job.TaskArguments is not null || job.Block is not null);
        Run = job.Block is { } block ? RunOf(block, job.TaskArguments) : RunOf(job.Environment.Container, job.Command!, job.TaskArguments);
        Setup = _text.ToString();
    }

    /// <summary>What prepares the place, whole lines.</summary>
    public string Setup { get; }

    /// <summary>What becomes the command, without the end of its line; nothing comes after it.</summary>
    public string Run { get; }

    /// <summary>The script of a request with a command or a block.</summary>
    /// <param name="job">The request.</param>
    /// <exception cref="GpuOpsException">A word that no program can be given.</exception>
    public static byte[] Write(SlurmJobRequest job)
    {
        var script = new SlurmJobScript(job);
        return SlurmText.Encoding.GetBytes($"#!/bin/bash\n{script.Setup}{script.Run}\n");
    }

    /// <summary>The line of a script that says what a task's arguments are.</summary>
    /// <param name="task">The task's index.</param>
    /// <param name="words">Its arguments.</param>
    public static string LineOf(int task, IEnumerable<string> words) =>
        string.Create(CultureInfo.InvariantCulture, $"{task}) set -- {string.Join(' ', words.Select(Word))} ;;\n");

    private void Prepare(SlurmJobEnvironment environment, bool canFail)
    {
        var needs = canFail || environment.Modules.Count > 0 || environment.Conda is not null || environment.Venv is not null || environment.Container is not null;
        if (needs) _text.Append(Fail);
        if (environment.Modules.Count > 0) _text.Append(FindModules);
        foreach (var module in environment.Modules) Require($"module load {Word(module)}", 126, $"'module load {module}' failed");
        if (environment.Conda is { } conda)
        {
            _text.Append(FindConda);
            Require($"conda activate {OnNode(conda)}", 126, $"'conda activate {conda}' failed");
        }

        if (environment.Venv is { } venv)
        {
            var activate = OnNode(venv + "/bin/activate");
            Require($"[ -r {activate} ]", 127, $"there is no virtual environment in '{venv}'");
            Require($". {activate}", 126, $"the virtual environment in '{venv}' cannot be activated");
        }

        foreach (var (name, value) in environment.Variables) _text.Append($"export {name}={Word(value)}\n");
    }

    private string RunOf(SlurmContainer? container, IReadOnlyList<string> command, IReadOnlyList<IReadOnlyList<string>>? tasks)
    {
        List<string> words = container is null ? [] : container.Runtime == SlurmContainerRuntime.Pyxis ? Pyxis(container) : Apptainer(container);
        if (words.Count == 0 && command[0].StartsWith('-')) words.Add("--");
        if (container?.Runtime == SlurmContainerRuntime.Pyxis)
        {
            tasks = tasks?.Select(own => ForSrun([.. command, .. own])).ToList();
            command = tasks is null ? ForSrun(command) : [];
        }

        words.AddRange(command.Select(Word));
        if (tasks is not null)
        {
            Choose(tasks);
            words.Add("\"$@\"");
        }

        return $"exec {string.Join(' ', words)}";
    }

    private string RunOf(SlurmBlock block, IReadOnlyList<IReadOnlyList<string>>? tasks)
    {
        if (block.Program is { } program)
        {
            var file = OnNode(program);
            Require($"gpuops_shell=$(type -P {file})", 127, $"there is no '{program}' for the script block");
        }
        else
        {
            _text.Append(FindPowerShell);
        }

        if (tasks is null)
            _text.Append($"set -- {Word(block.Arguments)}\n");
        else
            Choose(tasks);

        // The block as it was written, for people; a line of it must not be its end. sbatch refuses lines that end as on Windows.
        var text = block.Text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var end = "GPUOPS_BLOCK";
        while (text.Split('\n').Contains(end)) end += "_";
        _text.Append($"gpuops_run() {{\nexec \"$gpuops_shell\" -NoProfile -NonInteractive -Command {Word(block.Starter)} 3<<'{end}' 4<<<\"$1\"\n{text}\n{end}\n}}\n");
        return "gpuops_run \"$1\"";
    }

    private void Choose(IReadOnlyList<IReadOnlyList<string>> tasks)
    {
        _text.Append("case ${SLURM_ARRAY_TASK_ID-} in\n");
        for (var task = 0; task < tasks.Count; task++) _text.Append(LineOf(task, tasks[task]));
        _text.Append("*) gpuops_fail 64 \"the array has no arguments for task '${SLURM_ARRAY_TASK_ID-}'\" ;;\nesac\n");
    }

    // To srun, a lone colon begins the next part of a heterogeneous step, wherever it stands.
    private static IReadOnlyList<string> ForSrun(IReadOnlyList<string> command) =>
        command.Contains(":") ? ["/bin/sh", "-c", $"exec {PosixShell.Join(command)}"] : command;

    private List<string> Pyxis(SlurmContainer container)
    {
        _text.Append(KeepCpus);
        List<string> words = ["srun", $"--container-image={OnNode(container.Image)}"];
        if (container.Mounts.Count > 0) words.Add($"--container-mounts={string.Join(',', container.Mounts.Select(OnNode))}");
        if (container.WorkFolder is { } folder) words.Add($"--container-workdir={Word(folder)}");
        return [.. words, "--"];
    }

    private List<string> Apptainer(SlurmContainer container)
    {
        var program = container.Runtime == SlurmContainerRuntime.Singularity ? "singularity" : "apptainer";
        Require($"type -P {program} >/dev/null", 127, $"there is no {program} in PATH");
        List<string> words = [program, "exec"];
        if (container.Gpu != SlurmContainerGpu.None) words.Add(container.Gpu == SlurmContainerGpu.Amd ? "--rocm" : "--nv");
        foreach (var mount in container.Mounts) words.AddRange(["--bind", OnNode(mount)]);
        if (container.WorkFolder is { } folder) words.AddRange(["--pwd", Word(folder)]);
        return [.. words, OnNode(container.Image)];
    }

    private void Require(string command, int exitCode, string complaint) => _text.Append($"{command} || gpuops_fail {exitCode} {Word(complaint)}\n");

    // The home is that of the compute node; only there the shell puts it in.
    private static string OnNode(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) ? $"\"$HOME\"/{(path.Length > 2 ? Word(path[2..]) : "")}" : Word(path);

    /// <summary>A word as bash reads it back. sbatch takes "\r\n" anywhere for a file from Windows and refuses it: the two stand in quotes of their own.</summary>
    /// <param name="text">The word.</param>
    public static string Word(string text) => string.Concat(Pieces(text).Select(PosixShell.Quote));

    private static IEnumerable<string> Pieces(string text)
    {
        var from = 0;
        while (text.IndexOf("\r\n", from, StringComparison.Ordinal) is var at and >= 0)
        {
            yield return text[from..(at + 1)];
            from = at + 1;
        }

        yield return text[from..];
    }
}
