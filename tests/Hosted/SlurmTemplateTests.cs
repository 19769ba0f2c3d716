using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Templates of jobs' scripts, on a real cluster.</summary>
[Collection(Alone.Name)]
public sealed class SlurmTemplateTests : IClassFixture<Cluster>, IDisposable
{
    private const string Quietly = "-Interval 1s -Timeout 2m -WarningAction SilentlyContinue";

    private readonly Cluster _cluster;
    private readonly Store _store = new();
    private readonly Variables _home;

    public SlurmTemplateTests(Cluster cluster)
    {
        _cluster = cluster;
        _home = new Variables(("GPUOPS_CONFIG_HOME", _store.Folder));
        Directory.CreateDirectory(Path.Combine(_store.Folder, "templates"));
    }

    public void Dispose()
    {
        _home.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void What_a_template_puts_in_arrives_as_it_is_and_is_never_run()
    {
        Write("mine", "#!/bin/bash\n#SBATCH --comment=x\n{{ setup }}printf '%s|' {{ name }} {{ mail_user }}{% if partition %} in {{ partition }}{% endif %}\n{{ command }}\n");
        using var session = Open();
        const string name = "it's $(touch evil) `touch evil` \"; touch evil #{{ x }}", word = "a\r\nb\n#SBATCH -J evil\n$(touch evil) {{ y }}";
        session.Run(
            $"param($name, $word) Submit-SlurmJob -Template mine -Name $name -MailUser 'me; touch evil' -EnvironmentVariable @{{ V = $word }} -OutputPath mine.out -- sh -c 'printf \"%s|\" \"$1\" \"$V\"' - $word | Wait-SlurmJob {Quietly}",
            name, word).Clean();
        Assert.Equal($"{name}|me; touch evil|{word}|{word}|", Log("mine.out"));
        Assert.False(File.Exists(Path.Combine(_cluster.Rig.WorkFolder, "evil")));
    }

    [Fact]
    public void In_quotes_and_here_documents_it_looks_odd_but_is_never_run()
    {
        Write("odd", "#!/bin/bash\nprintf '%s|' \"{{ name }}\" '{{ name }}'\ncat <<X\n{{ name }}\nX\n{{ setup }}{{ run }}\n");
        using var session = Open();
        session.Run($"Submit-SlurmJob -Template odd -Name 'a $(touch odd)' -OutputPath odd.out -- true | Wait-SlurmJob {Quietly}").Clean();
        Assert.Equal("a\\ $'\\044'\\(touch\\ odd\\)|a\\ $044\\(touch\\ odd\\)|a\\ $'\\044'\\(touch\\ odd\\)\n", Log("odd.out"));
        Assert.False(File.Exists(LogPath("odd")));
    }

    [Fact]
    public void In_its_lines_for_sbatch_it_is_one_word_with_quotes_and_without()
    {
        Write("named", "#!/bin/bash\n#SBATCH --output={{ name }}.txt --error=\"{{ name }}.err\"\n{{ setup }}{{ run }}\n");
        using var session = Open();
        const string name = "my \"run\" it's $(id); #1 --hold";
        session.Run($"param($name) Submit-SlurmJob -Template named -Name $name -- sh -c 'echo said; echo cried >&2' | Wait-SlurmJob {Quietly}", name).Clean();
        Assert.Equal(["said\n", "cried\n"], [Log($"{name}.txt"), Log($"{name}.err")]);
    }

    [Fact]
    public void Advanced_says_where_it_runs_and_how_it_ended()
    {
        using var session = Open();
        Assert.Equal("7", session.Read($"(Submit-SlurmJob -Template advanced -Name adv -Gpu 1 -OutputPath adv.out -- sh -c 'exit 7' | Wait-SlurmJob {Quietly} -ErrorAction Ignore).ExitCode").Single());
        Assert.Matches(@"\Agpuops: job \d+ \(adv\) on gpu0\d, GPUs \d,", Log("adv.out"));
        Assert.Matches(@"gpuops: ended with 7 after \d+ s", Log("adv.out"));
    }

    [Fact]
    public void The_signal_before_the_time_limit_reaches_the_command_with_and_without_a_template()
    {
        const string command = "bash -c 'trap \"echo heard; exit 5\" USR1; while :; do sleep 600 & wait; done'";
        using var session = Open();
        // Without B: Slurm sends it to steps of srun, and to no script.
        var codes = session.Read($$"""
            $jobs = foreach ($template in 'base', 'advanced') { Submit-SlurmJob -Template $template -Time 1m -Signal B:USR1@55 -OutputPath signal-$template.out -- {{command}} }
            $jobs | Wait-SlurmJob {{Quietly}} -ErrorAction Ignore | ForEach-Object ExitCode
            """);
        Assert.Equal(["5", "5"], codes);
        Assert.Equal(["heard"], Said("signal-base.out"));
        Assert.Equal(["heard", "gpuops: ended with 5"], Said("signal-advanced.out").Skip(1));
    }

    [Fact]
    public void A_command_that_is_ended_has_its_time_to_tidy_up_and_hears_of_it_once()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -Template advanced -OutputPath tidy.out -- bash -c 'trap \"echo tidied; sleep 0.1; exit 3\" TERM; trap \"echo interrupted\" INT; touch tidy.ready; while :; do sleep 600 & wait; done'").Clean();
        Wait.Until(() => File.Exists(LogPath("tidy.ready")), "the command runs");
        session.Run($"$job | Stop-SlurmJob -Signal INT").Clean();
        Wait.Until(() => Log("tidy.out").Contains("\ninterrupted\n", StringComparison.Ordinal), "the command has heard of the first signal");
        session.Run($"$job | Stop-SlurmJob; $job | Wait-SlurmJob {Quietly} -ErrorAction Ignore");
        Assert.Equal(["interrupted", "tidied", "gpuops: ended with 3"], Said("tidy.out").Skip(1));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("advanced")]
    public void Arrays_and_blocks_go_by_templates_too(string template)
    {
        using var session = Open();
        session.Run($"1..2 | Submit-SlurmJob -AsArray -Template {template} -OutputPath t-%a.out -OpenMode Truncate -- echo task | Wait-SlurmJob {Quietly}").Clean();
        Assert.Contains("task 2\n", Log("t-1.out"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), $"backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      powerShell: {BuiltModule.Program}\n      template: {template}\n");
        session.Run($"Submit-SlurmJob -OutputPath b.out -OpenMode Truncate -ScriptBlock {{ param($x) \"block $x\" }} -ArgumentList 5 | Wait-SlurmJob {Quietly}").Clean();
        Assert.Contains("block 5", Log("b.out"), StringComparison.Ordinal);
        Assert.Equal(template == "advanced", Log("b.out").Contains("gpuops: ended with 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_own_lines_are_stronger_than_the_backends_defaults_and_weaker_than_parameters()
    {
        Write("lines", "#!/bin/bash\n#SBATCH --time=7 --job-name=named\n#SBATCH --output=out-{{ account }}.log\n{{ setup }}{{ run }}\n");
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), "backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      template: lines\n      time: 3h\n      cpusPerTask: 2\n      logFolder: elsewhere\n");
        using var session = Open();
        var said = Told("Submit-SlurmJob -WhatIf -- true");
        Assert.Contains("--cpus-per-task=2", said, StringComparison.Ordinal);
        Assert.DoesNotContain("--time=", said.Split("#!/bin/bash")[0], StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", said, StringComparison.Ordinal);
        Assert.DoesNotContain("--job-name", said.Split("#!/bin/bash")[0], StringComparison.Ordinal);
        Assert.Contains("--time=00:09:00", Told("Submit-SlurmJob -WhatIf -Time 9m -- true"), StringComparison.Ordinal);
        // A script is nobody's template.
        File.WriteAllText(LogPath("mine.sh"), "#!/bin/bash\necho ${#x[@]} {{ y }}\n");
        Assert.Contains("echo ${#x[@]} {{ y }}", Told("Submit-SlurmJob -WhatIf -Path mine.sh"), StringComparison.Ordinal);

        string Told(string script)
        {
            var before = session.Host.Lines.Count;
            session.Run(script).Clean();
            return string.Join('\n', session.Host.Lines.Skip(before));
        }
    }

    [Theory]
    [InlineData("Submit-SlurmJob -Confirm -Template changing")]
    [InlineData("Submit-SlurmJob -Confirm -Backend hpc")]
    [InlineData("1 | Submit-SlurmJob -Confirm -AsArray -Template changing")]
    public void What_is_sent_is_what_was_shown_although_the_file_changes_meanwhile(string command)
    {
        Write("changing", "#!/bin/bash\necho shown\n{{ setup }}{{ run }}\n");
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), "backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      template: changing\n      time: 5m\n");
        using var session = Open();
        session.Host.BeforeAnswer = () => Write("changing", "#!/bin/bash\necho changed\n{{ setup }}{{ run }}\n");
        session.Run($"{command} -OutputPath changing.out -OpenMode Truncate -- true | Wait-SlurmJob {Quietly}").Clean();
        Assert.Contains("echo shown", Assert.Single(session.Host.Questions), StringComparison.Ordinal);
        Assert.Equal("shown\n", Log("changing.out"));
    }

    [Theory]
    [InlineData("{{ setup }}\n{{ comand }}\n", 2, "comand")]
    [InlineData("{{ setup }}\n\n{{ name | shout }}\n", 3, "shout")]
    [InlineData("a\n{% if name %}\nb\n", 3, "endif")]
    [InlineData("a\nb {{ name \n", 2, "}}")]
    public void A_broken_template_says_file_and_line(string text, int line, string what)
    {
        Write("broken", text);
        using var session = Open();
        var error = session.Run("Submit-SlurmJob -Template broken -- true").Fails("InvalidSlurmTemplate", ErrorCategory.InvalidData);
        Assert.StartsWith($"{_store.Folder}/templates/broken.sh.liquid:{line}: ", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ setup }}\necho done\n", "", "{{ run }}")]
    [InlineData("{% if partition %}{{ setup }}{{ run }}{% endif %}\n", "", "{{ run }}")]
    [InlineData("{{ run }}\n", "-Module cuda", "{{ setup }}")]
    [InlineData("{{ command }}\n{{ setup }}\n", "-EnvironmentVariable @{ V = 1 }", "{{ setup }}")]
    public void A_template_that_leaves_the_command_or_its_setup_out_is_refused(string text, string asked, string what)
    {
        Write("less", text);
        using var session = Open();
        var error = session.Run($"Submit-SlurmJob -Template less {asked} -- true").Fails("InvalidSlurmTemplate", ErrorCategory.InvalidData);
        Assert.StartsWith($"{_store.Folder}/templates/less.sh.liquid: ", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_without_setup_does_for_a_job_that_needs_none()
    {
        Write("plain", "#!/bin/bash\n{{ run }}\n");
        using var session = Open();
        session.Run("Submit-SlurmJob -Template plain -WhatIf -- true").Clean();
    }

    [Fact]
    public void An_unknown_name_is_answered_with_those_there_are()
    {
        Write("mine", "#!/bin/bash\n{{ run }}\n");
        using var session = Open();
        var error = session.Run("Submit-SlurmJob -Template none -- true").Fails("SlurmTemplateNotFound", ErrorCategory.ObjectNotFound);
        Assert.Contains("advanced, base, mine", error.Exception.Message, StringComparison.Ordinal);
        session.Run("Submit-SlurmJob -Template ../mine -- true").Fails("SlurmTemplateNotFound", ErrorCategory.ObjectNotFound);
        Assert.Equal("advanced base mine", session.Read("(TabExpansion2 'Submit-SlurmJob -Template ').CompletionMatches.ListItemText -join ' '").Single());
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_store.Folder, "templates", $"{name}.sh.liquid"), text);

    private string LogPath(string file) => Path.Combine(_cluster.Rig.WorkFolder, file);

    private string Log(string file) => File.ReadAllText(LogPath(file));

    /// <summary>The lines of the job itself; Slurm's own daemon writes into the same file. How many seconds it took is cut off.</summary>
    private IEnumerable<string> Said(string file) =>
        Log(file).TrimEnd().Split('\n').Where(static line => !line.StartsWith("slurmstepd", StringComparison.Ordinal)).Select(static line => line.Split(" after ")[0]);

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(_cluster.Rig.WorkFolder);
        return session;
    }
}
