using System.Management.Automation;
using System.Reflection;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What holds for every cmdlet, as the engine sees it.</summary>
public sealed class CmdletFactTests
{
    private static readonly string[] ReadingVerbs = ["Get", "Test", "Wait", "Watch"];

    /// <summary>They talk to no pool, only to configuration files.</summary>
    private static readonly string[] WithoutPool =
        ["Get-GpuBackend", "Register-GpuBackend", "Unregister-GpuBackend", "Get-GpuOpsConfiguration", "Set-GpuOpsConfiguration",
            "New-SshProfile", "Get-SshProfile", "Set-SshProfile", "Remove-SshProfile", "Test-SshProfile"];

    /// <summary>They return nothing.</summary>
    private static readonly string[] Silent =
    [
        "Disable-Gpu", "Enable-Gpu", "Remove-GpuReservation", "Unregister-GpuBackend", "Remove-SshProfile", "Remove-GpuJob", "Stop-GpuServer",
    ];

    public static TheoryData<string> Names => [.. Commands.Value.Keys];

    private static Lazy<IReadOnlyDictionary<string, CmdletInfo>> Commands { get; } = new(static () =>
    {
        using var session = Session.Open();
        return session.Run("Get-Command -Module GpuOps").Clean().Output.Select(it => (CmdletInfo)it.BaseObject).ToDictionary(it => it.Name);
    });

    [Fact]
    public void The_manifest_exports_exactly_the_cmdlets_there_are()
    {
        using var session = Session.Open();
        var types = Commands.Value.Values.First().ImplementingType.Assembly.GetExportedTypes()
            .Select(type => type.GetCustomAttribute<CmdletAttribute>()).OfType<CmdletAttribute>().Select(it => $"{it.VerbName}-{it.NounName}").Order();
        var declared = session.Read($"(Test-ModuleManifest '{BuiltModule.Manifest}').ExportedCmdlets.Keys");
        Assert.Equal(types, declared.Order());
        Assert.Equal(types, Commands.Value.Keys.Order());
    }

    [Fact]
    public void The_manifest_asks_for_the_engine_it_was_built_for()
    {
        using var session = Session.Open();
        Assert.Equal(["7.6", "Core"], session.Read($"$m = Test-ModuleManifest '{BuiltModule.Manifest}'; $m.PowerShellVersion; $m.CompatiblePSEditions"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_an_approved_verb_and_a_singular_noun(string name)
    {
        var command = Commands.Value[name];
        var verbs = typeof(VerbsCommon).Assembly.GetExportedTypes()
            .Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed)
            .SelectMany(type => type.GetFields()).Select(field => field.Name);
        Assert.Contains(command.Verb, verbs);
        Assert.DoesNotMatch("[^su]s$", command.Noun.Replace("GpuStatus", "", StringComparison.Ordinal));
        Assert.Matches("^(Gpu|Slurm|Ssh)", command.Noun);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_what_it_returns(string name) => Assert.Equal(!Silent.Contains(name), Commands.Value[name].OutputType.Count > 0);

    [Theory]
    [MemberData(nameof(Names))]
    public void Takes_a_backend_with_completion_where_it_talks_to_a_pool(string name)
    {
        var parameters = Commands.Value[name].Parameters;
        Assert.Equal(!WithoutPool.Contains(name), parameters.ContainsKey("Backend"));
        if (parameters.TryGetValue("Backend", out var backend))
        {
            Assert.Equal(typeof(string), backend.ParameterType);
            Assert.Equal("BackendCompleter", Assert.Single(backend.Attributes.OfType<ArgumentCompleterAttribute>()).Type?.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Asks_before_it_changes_something(string name)
    {
        var command = Commands.Value[name];
        Assert.Equal(!ReadingVerbs.Contains(command.Verb), command.Parameters.ContainsKey("WhatIf"));
        Assert.Equal(!ReadingVerbs.Contains(command.Verb), command.Parameters.ContainsKey("Confirm"));
    }

    [Fact]
    public void Only_what_hurts_others_asks_by_default() => Assert.Equal(
        ["Initialize-GpuPool", "Remove-GpuReservation"],
        Commands.Value.Values.Where(it => it.ImplementingType.GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact == ConfirmImpact.High).Select(it => it.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_its_parameters_in_the_singular(string name) =>
        Assert.All(
            Commands.Value[name].Parameters.Keys.Except(Cmdlet.CommonParameters).Except(Cmdlet.OptionalCommonParameters),
            static parameter => Assert.DoesNotMatch("(?<!s|^Qo|^Gre)s$", parameter));

    [Theory]
    [InlineData("Get-GpuStatus -Backend ", "local")]
    [InlineData("Get-GpuOpsConfiguration heart", "heartbeat.interval")]
    public void Completes_from_the_configuration(string line, string expected)
    {
        using var session = Session.Open();
        Assert.Contains(expected, Complete(session, line));
    }

    [Fact]
    public void Completes_gpus_reservations_and_hosts_of_the_pool_on_the_line()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 3);
        var id = session.Read("(Request-GpuReservation -Count 1 -Duration 1h).Id").Single();
        Assert.Equal(["0", "1", "2"], Complete(session, $"Get-GpuStatus -Backend {store.Uri} -Id "));
        Assert.Equal([id], Complete(session, $"Remove-GpuReservation -Backend {store.Uri} -Id "));
        Assert.Equal([Environment.MachineName], Complete(session, $"Get-GpuQueue -Backend {store.Uri} -ComputerName "));
        Assert.DoesNotContain("0", Complete(session, $"Get-GpuStatus -Backend sqlite:{store.Folder}/none.db -Id "));
    }

    private static IReadOnlyList<string> Complete(Session session, string line) => session.Run(
        "param($line) [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.ListItemText", line).Clean().Texts;
}
