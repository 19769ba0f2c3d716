using System.Diagnostics;
using System.Text;
using CsCheck;
using GpuOps.Schedulers.Slurm;
using GpuOps.Schedulers.Slurm.Templates;
using GpuOps.Unit.Channels;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>What a job's script does in a real bash, with stand-ins for what compute nodes have.</summary>
public sealed class SlurmJobScriptTests : IDisposable
{
    private const string RealModules = "/etc/profile.d/modules.sh";

    private const string PrintWords = "printf '%s\\0' \"$@\"";

    private readonly TemporaryFolder _node = new();

    public SlurmJobScriptTests() => Rig.Linux();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Words_and_variables_arrive_byte_for_byte() => Words.Several.Sample(
        words =>
        {
            var variables = words.Select((word, i) => (Name: $"V{i}", Value: word)).ToDictionary(it => it.Name, it => it.Value);
            var script = Script(["/bin/sh", "-c", PrintWords, "-", .. words], new() { Variables = variables });
            Assert.DoesNotContain("\r\n", Encoding.UTF8.GetString(script), StringComparison.Ordinal);
            Assert.Equal((0, string.Concat(words.Select(word => word + "\0")), ""), Run(script));
            var (_, output, _) = Run(Script(["/usr/bin/env", "-0"], new() { Variables = variables }));
            Assert.Empty(variables.Select(it => $"{it.Key}={it.Value}").Except(output.Split('\0')));
        },
        iter: 40);

    [Theory]
    [InlineData("a b", "'", "\"", "$HOME", "`id`", "\n", "a\r\nb\r\n", "\r\n", "漢😀", "-n", "--", "", "*", "~", "!!", "\\")]
    public void Hostile_words_arrive(params string[] words) =>
        Assert.Equal((0, string.Concat(words.Select(word => word + "\0")), ""), Run(Script(["/bin/sh", "-c", PrintWords, "-", .. words])));

    [Fact]
    public void Each_task_gets_its_own_words()
    {
        string[][] tasks = [["it's", "$HOME `id`\n#SBATCH -J x"], [], ["a\r\nb", ";;", "esac", "*)"]];
        var script = SbatchCommand.From(new() { Command = ["/bin/sh", "-c", PrintWords, "-", "all"], TaskArguments = tasks }).Script.ToArray();
        Assert.DoesNotContain("\r\n", Encoding.UTF8.GetString(script), StringComparison.Ordinal);
        for (var task = 0; task < tasks.Length; task++)
            Assert.Equal((0, string.Concat(tasks[task].Prepend("all").Select(word => word + "\0")), ""), Run(script, ("SLURM_ARRAY_TASK_ID", $"{task}")));
        var other = Run(script, ("SLURM_ARRAY_TASK_ID", "3"));
        Assert.Equal((64, ""), (other.ExitCode, other.Output));
        Assert.Contains("no arguments for task '3'", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_template_is_what_is_written_without_one()
    {
        SlurmJobRequest job = new() { Command = ["echo", "it's"], Environment = new() { Modules = ["x"], Variables = new Dictionary<string, string> { ["A"] = "b" } } };
        var written = SlurmTemplateScript.Apply(new SlurmTemplates("").Find("base"), job);
        Assert.Equal(Encoding.UTF8.GetString(SbatchCommand.From(job).Script.Span), Encoding.UTF8.GetString(written.Script!.Value.Span));
    }

    [Fact]
    public void A_program_may_be_called_like_an_option_or_an_assignment()
    {
        _node.WriteProgram("-x", "echo dash");
        _node.WriteProgram("a=b", "echo sign");
        Assert.Equal("dash\n", Run(Script(["-x"])).Output);
        Assert.Equal("sign\n", Run(Script(["a=b"])).Output);
    }

    [Fact]
    public void A_program_that_is_not_there_is_said_to_be()
    {
        var (exitCode, _, errors) = Run(Script(["no-such program"]));
        Assert.Equal(127, exitCode);
        Assert.Contains("no-such program: not found", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_are_loaded_in_order_by_the_real_module_command()
    {
        Rig.Need(File.Exists(RealModules), "environment-modules is not installed");
        _node.Write("modulefiles/gcc/12", "#%Module1.0\nappend-path LOADED gcc\n");
        _node.Write("modulefiles/cuda/12.4", "#%Module1.0\nprereq gcc\nappend-path LOADED cuda\n");
        var path = ("MODULEPATH", Path.Combine(_node.Path, "modulefiles"));
        Assert.Equal((0, "gcc:cuda\n", ""), Run(Script(["printenv", "LOADED"], new() { Modules = ["gcc/12", "cuda"] }), path));
        var gone = Run(Script(["echo", "ran"], new() { Modules = ["gcc/12", "gone"] }), path);
        Assert.Equal((126, ""), (gone.ExitCode, gone.Output));
        Assert.Contains("Unable to locate a modulefile for 'gone'", gone.Errors, StringComparison.Ordinal);
        Assert.Contains("'module load gone' failed", gone.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_command_that_is_elsewhere_is_found_and_gets_names_as_they_are()
    {
        _node.Write("modules/init/bash", "module() { [ \"$2\" != gone ] && LOADED=\"${LOADED-}<$1 $2>\" && export LOADED; }\n");
        var folder = ("MODULESHOME", Path.Combine(_node.Path, "modules"));
        Assert.Equal((0, "<load gcc/12><load it's $x>\n", ""), RunWithoutModules(Script(["printenv", "LOADED"], new() { Modules = ["gcc/12", "it's $x"] }), folder));
    }

    [Fact]
    public void No_module_command_is_an_error()
    {
        var (exitCode, output, errors) = RunWithoutModules(Script(["echo", "ran"], new() { Modules = ["gcc"] }));
        Assert.Equal((127, ""), (exitCode, output));
        Assert.Matches(@"^gpuops: \S+: there is no module command", errors);
    }

    [Theory]
    [InlineData("bin/conda")]
    [InlineData("home/miniforge3/bin/conda")]
    [InlineData("home/anaconda3/bin/conda")]
    [InlineData("elsewhere/conda", "CONDA_EXE")]
    public void Conda_is_that_of_the_node(string place, string? variable = null)
    {
        WriteConda(place);
        var given = variable is null ? ("X", "") : (variable, Path.Combine(_node.Path, place));
        Assert.Equal((0, $"{_node.Path}/{place} my env\n", ""), Run(Script(["printenv", "FAKE"], new() { Conda = "my env" }), given));
        Assert.Equal((0, $"{_node.Path}/{place} {_node.Path}/home/it's\n", ""), Run(Script(["printenv", "FAKE"], new() { Conda = "~/it's" }), given));
    }

    [Fact]
    public void A_conda_path_that_is_not_on_the_node_does_not_count()
    {
        WriteConda("home/miniforge3/bin/conda");
        Assert.Equal((0, $"{_node.Path}/home/miniforge3/bin/conda e\n", ""), Run(Script(["printenv", "FAKE"], new() { Conda = "e" }), ("CONDA_EXE", "/on/the/submitting/machine/conda")));
    }

    [Fact]
    public void What_is_wrong_with_conda_is_said()
    {
        Assert.SkipWhen(Directory.Exists("/opt/conda") || Directory.Exists("/opt/miniforge3"), "this host has conda");
        var none = Run(Script(["echo", "ran"], new() { Conda = "e" }));
        Assert.Equal((127, ""), (none.ExitCode, none.Output));
        Assert.Matches(@"^gpuops: \S+: there is no conda", none.Errors);
        WriteConda("bin/conda");
        var gone = Run(Script(["echo", "ran"], new() { Conda = "gone" }));
        Assert.Equal((126, ""), (gone.ExitCode, gone.Output));
        Assert.Contains("EnvironmentNameNotFound", gone.Errors, StringComparison.Ordinal);
        Assert.Contains("'conda activate gone' failed", gone.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("home/my venv", "~/my venv")]
    [InlineData("v", "v")]
    public void A_virtual_environment_is_activated(string place, string asked)
    {
        _node.Write($"{place}/bin/activate", "export VIRTUAL_ENV=it\n");
        Assert.Equal((0, "it\n", ""), Run(Script(["printenv", "VIRTUAL_ENV"], new() { Venv = asked })));
    }

    [Fact]
    public void A_real_virtual_environment_has_its_own_python()
    {
        var made = Run(Script(["python3", "-m", "venv", "--without-pip", "my venv"]));
        Rig.Need(made.ExitCode == 0, "there is no python3");
        Assert.Equal((0, $"{_node.Path}/my venv\n", ""), Run(Script(["python", "-c", "import sys; print(sys.prefix)"], new() { Venv = "my venv" })));
    }

    [Fact]
    public void No_virtual_environment_is_an_error()
    {
        var (exitCode, output, errors) = Run(Script(["echo", "ran"], new() { Venv = "~/none" }));
        Assert.Equal((127, ""), (exitCode, output));
        Assert.Contains("there is no virtual environment in '~/none'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_win_over_what_modules_and_conda_set()
    {
        WriteConda("bin/conda");
        Assert.Equal("mine\n", Run(Script(["printenv", "FAKE"], new() { Conda = "e", Variables = new Dictionary<string, string> { ["FAKE"] = "mine" } })).Output);
    }

    [Fact]
    public void Pyxis_is_asked_through_srun()
    {
        _node.WriteProgram("srun", $"printf '%s\\0' \"${{SRUN_CPUS_PER_TASK-none}}\"; {PrintWords}");
        var container = new SlurmContainer(SlurmContainerRuntime.Pyxis, "~/a b.sqsh") { Mounts = ["/data:/mnt:ro", "~/x's"], WorkFolder = "/w $d" };
        Assert.Equal(
            ["none", $"--container-image={_node.Path}/home/a b.sqsh", $"--container-mounts=/data:/mnt:ro,{_node.Path}/home/x's", "--container-workdir=/w $d", "--", "python", "a b"],
            WordsOf(container));
        Assert.Equal("8", WordsOf(container, ("SLURM_CPUS_PER_TASK", "8"))[0]);
    }

    [Fact]
    public void Srun_sees_no_lone_colon()
    {
        // The stand-in has all that is behind its options run, as srun has, and shows how many words that was.
        _node.WriteProgram("srun", "while [ \"$1\" != -- ]; do shift; done; shift; printf '%s\\0' $#; exec \"$@\"");
        var script = Script(["/usr/bin/printf", "%s\\0", ":", "it's\r\n$x", "", ":"], new() { Container = new(SlurmContainerRuntime.Pyxis, "i") });
        Assert.Equal((0, "3\0:\0it's\r\n$x\0\0:\0", ""), Run(script));
        var tasks = SbatchCommand.From(new() { Command = ["/usr/bin/printf", "%s\\0", "all"], TaskArguments = [[":", "x y"], ["z"]], Environment = new() { Container = new(SlurmContainerRuntime.Pyxis, "i") } });
        Assert.Equal((0, "3\0all\0:\0x y\0", ""), Run(tasks.Script.ToArray(), ("SLURM_ARRAY_TASK_ID", "0")));
        Assert.Equal((0, "4\0all\0z\0", ""), Run(tasks.Script.ToArray(), ("SLURM_ARRAY_TASK_ID", "1")));
    }

    [Theory]
    [InlineData(SlurmContainerRuntime.Apptainer, SlurmContainerGpu.Nvidia, "apptainer", "--nv")]
    [InlineData(SlurmContainerRuntime.Singularity, SlurmContainerGpu.Amd, "singularity", "--rocm")]
    public void Apptainer_and_Singularity_get_their_options(SlurmContainerRuntime runtime, SlurmContainerGpu gpu, string program, string flag)
    {
        _node.WriteProgram(program, PrintWords);
        var container = new SlurmContainer(runtime, "docker://a/b:1") { Mounts = ["/data:/mnt", "/e e"], WorkFolder = "/w", Gpu = gpu };
        Assert.Equal(["exec", flag, "--bind", "/data:/mnt", "--bind", "/e e", "--pwd", "/w", "docker://a/b:1", "python", "a b"], WordsOf(container));
        Assert.Equal(["exec", "i.sif", "python", "a b"], WordsOf(new(runtime, "i.sif") { Gpu = SlurmContainerGpu.None }));
    }

    [Fact]
    public void No_container_runtime_is_an_error()
    {
        var (exitCode, _, errors) = Run(Script(["true"], new() { Container = new(SlurmContainerRuntime.Apptainer, "x") }));
        Assert.Equal(127, exitCode);
        Assert.Contains("there is no apptainer in PATH", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bin/pwsh")]
    [InlineData("gpuops")]
    [InlineData("home/.dotnet/tools/pwsh")]
    public void A_block_is_run_by_the_PowerShell_of_the_node(string place)
    {
        Assert.SkipWhen(File.Exists("/usr/bin/pwsh"), "this host has a pwsh that is found first");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_node.Path, place))!);
        _node.WriteProgram(place, "printf '%s|' \"$0\" \"$@\"; cat /proc/self/fd/3 /proc/self/fd/4");
        var script = SbatchCommand.From(new() { Block = new("a\r\nGPUOPS_BLOCK\nb", "it's $x") { Arguments = "cGFja2Vk" } }).Script.ToArray();
        Assert.Equal((0, $"{_node.Path}/{place}|-NoProfile|-NonInteractive|-Command|it's $x|a\nGPUOPS_BLOCK\nb\ncGFja2Vk\n", ""), Run(script));
    }

    private static byte[] Script(string[] command, SlurmJobEnvironment? environment = null) =>
        SbatchCommand.From(new() { Command = command, Environment = environment ?? new() }).Script.ToArray();

    private void WriteConda(string place)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_node.Path, place))!);
        _node.WriteProgram(place, """
            [ "$*" = shell.bash\ hook ] || exit 9
            cat <<END
            conda() { [ "\$2" != gone ] || { echo EnvironmentNameNotFound >&2; return 1; }; [ "\$1" = activate ] && export FAKE="$0 \$2"; }
            END
            """);
    }

    private string[] WordsOf(SlurmContainer container, params (string, string)[] variables)
    {
        var (exitCode, output, errors) = Run(Script(["python", "a b"], new() { Container = container }), variables);
        Assert.True(exitCode == 0, errors);
        return output.Split('\0')[..^1];
    }

    /// <summary>Runs a script as slurmd does: as a file, here in an environment with nothing but the stand-ins.</summary>
    private (int ExitCode, string Output, string Errors) Run(byte[] script, params (string Name, string Value)[] variables) =>
        Run([Rig.Program("bash")], script, variables);

    /// <summary>The same on a node without environment-modules, which this host may have: its folders are covered up.</summary>
    private (int ExitCode, string Output, string Errors) RunWithoutModules(byte[] script, params (string Name, string Value)[] variables)
    {
        const string cover = "for folder in /etc/profile.d /usr/share/modules /usr/share/lmod; do [ ! -d $folder ] || mount -t tmpfs none $folder || exit; done; exec bash \"$1\"";
        if (!File.Exists(RealModules)) return Run(script, variables);
        Rig.Need(Environment.UserName == "root", "only root can cover up this host's modules");
        return Run([Rig.Program("unshare"), "--mount", "sh", "-c", cover, "sh"], script, variables);
    }

    private (int ExitCode, string Output, string Errors) Run(string[] shell, byte[] script, (string Name, string Value)[] variables)
    {
        // Properties are tried on several threads at once.
        var file = Path.Combine(_node.Path, Path.GetRandomFileName());
        File.WriteAllBytes(file, script);
        var utf8 = new UTF8Encoding(false);
        var start = new ProcessStartInfo(shell[0], [.. shell[1..], file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = utf8, StandardErrorEncoding = utf8, WorkingDirectory = _node.Path,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{_node.Path}:{_node.Path}/bin:/usr/bin:/bin";
        start.Environment["HOME"] = Path.Combine(_node.Path, "home");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
