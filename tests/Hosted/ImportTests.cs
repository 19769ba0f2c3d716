using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>The module comes into a session, comes again, and leaves.</summary>
public sealed class ImportTests
{
    [Fact]
    public void Imports_again_with_force_leaves_and_comes_back()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        foreach (var step in new[] { "Import-Module $m", "Import-Module $m -Force", "Remove-Module GpuOps; Import-Module $m", "Import-Module $m -Force; Import-Module $m -Force" })
        {
            session.Run($"$m = '{BuiltModule.Manifest}'; {step}").Clean();
            Assert.Equal("Available", session.Run("(Get-GpuStatus -Backend $b).State").Clean().Text);
        }

        session.Run("Remove-Module GpuOps").Clean();
        Assert.Equal(["CommandNotFoundException"], session.Run("$PSModuleAutoLoadingPreference = 'None'; Get-GpuStatus -Backend $b").ErrorIds);
    }

    [Fact]
    public void Has_no_script_in_it()
    {
        var folder = Path.GetDirectoryName(BuiltModule.Manifest)!;
        Assert.Empty(Directory.EnumerateFiles(folder, "*.psm1", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(folder, "*.ps1", SearchOption.AllDirectories));
        Assert.Equal(["GpuOps.Abstractions.dll", "GpuOps.Cmdlets.dll"], Directory.EnumerateFiles(folder, "*.dll").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Imports_many_times_in_many_runspaces()
    {
        for (var i = 0; i < 20; i++)
        {
            using var session = Session.Open();
            for (var again = 0; again < 9; again++)
            {
                session.Run($"Import-Module '{BuiltModule.Manifest}' -Force").Clean();
            }

            session.Run("Remove-Module GpuOps").Clean();
        }
    }

    [Fact]
    public async Task Serves_eight_runspaces_that_import_and_use_it_at_once()
    {
        using var store = new Store();
        using var first = Session.Open(store, gpus: 8);
        using var start = new Barrier(8);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var session = Session.OpenBare();
                session.Runspace.SessionStateProxy.SetVariable("b", store.Uri);
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return session.Run($"Import-Module '{BuiltModule.Manifest}'; (Request-GpuReservation -Backend $b -Duration 1h).GpuId").Clean().Text;
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], ids.Order());
    }

    [Fact]
    public void Loads_neither_the_engine_nor_a_package_and_touches_no_store_when_imported()
    {
        using var store = new Store();
        var state = Path.Combine(store.Folder, "state");
        var (exit, output, errors) = Child.Run("env", $"GPUOPS_STATE_HOME={state}", $"GPUOPS_CONFIG_HOME={state}", BuiltModule.Program, """
            Import-Module GpuOps -Force -ErrorAction Ignore
            (Get-Command -Module GpuOps).Count -gt 10
            [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name } | Where-Object { $_ -match '^GpuOps\.|Redis|Yaml|Sqlite|SQLite|Polly' }
            """);
        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(["GpuOps.Abstractions", "GpuOps.Cmdlets", "True"], Lines(output).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(state));
    }

    [Fact]
    public void Keeps_the_engine_and_its_packages_in_a_context_of_their_own()
    {
        using var store = new Store();
        var (exit, output, errors) = Child.RunScript($$"""
            Initialize-GpuPool -Count 1 -Backend '{{store.Uri}}' | Out-Null
            Get-GpuOpsConfiguration | Out-Null
            foreach ($a in [AppDomain]::CurrentDomain.GetAssemblies()) {
                if ($a.GetName().Name -match '^GpuOps\.|Redis|Yaml|Sqlite|SQLite|Polly') {
                    "$([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($a).Name) $($a.GetName().Name)"
                }
            }
            """);
        Assert.Equal((0, ""), (exit, errors));
        var loaded = Lines(output);
        Assert.Contains("GpuOps GpuOps.Core", loaded);
        Assert.Contains("GpuOps Microsoft.Data.Sqlite", loaded);
        Assert.Equal(["Default GpuOps.Abstractions", "Default GpuOps.Cmdlets"], loaded.Where(it => !it.StartsWith("GpuOps ", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Is_not_disturbed_by_another_YamlDotNet_that_was_loaded_first()
    {
        using var store = new Store().Configure("heartbeat:\n  interval: 7s\n");
        var (exit, output, errors) = Child.RunScript($$"""
            $foreign = [Reflection.Assembly]::LoadFrom('{{BuiltModule.ForeignYamlDotNet}}')
            $parser = [Activator]::CreateInstance($foreign.GetType('YamlDotNet.Serialization.DeserializerBuilder'))
            $ExecutionContext.SessionState.Path.SetLocation('{{store.Folder}}') | Out-Null
            (Get-GpuOpsConfiguration heartbeat.interval).Text
            $parser.GetType().Assembly.GetName().Version.Major
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'YamlDotNet' } | ForEach-Object { $_.GetName().Version.Major }
            """);
        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(["7s", "13", "13", "18"], Lines(output));
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
