using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

public sealed class LayerTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void Without_files_the_defaults_hold()
    {
        var configuration = workspace.Load();

        Assert.Equal(GpuOpsSettings.Default, configuration.Settings);
        Assert.Equal("local", configuration.Settings.Backend);
        Assert.Equal(TimeSpan.FromSeconds(15), configuration.Settings.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromMinutes(5), configuration.Settings.HeartbeatExpiry);
        Assert.Equal(1024L << 20, configuration.Settings.MemoryThreshold);
        Assert.Null(configuration.Settings.ProbeFake);
        Assert.All(configuration.Values, value => Assert.Equal(ConfigurationSource.Default, value.Source));
        Assert.All(configuration.Values, value => Assert.Null(value.Origin));
    }

    [Fact]
    public void Each_layer_is_stronger_than_those_below()
    {
        (string, string)[] parameters = [("command.grace", "6s")];
        Action[] layers =
        [
            () => workspace.Machine("command:\n  grace: 2s\n"),
            () => workspace.User("# mine\ncommand:\n  grace: 3s\n"),
            () => workspace.Project("\n\ncommand:\n  grace: 4s\n"),
            () => workspace.Variable("GPUOPS_COMMAND_GRACE", "5s"),
        ];
        string[] origins = [workspace.MachineFile + ":2", workspace.UserFile + ":3", workspace.ProjectFile + ":4", "GPUOPS_COMMAND_GRACE"];
        for (var i = 0; i < layers.Length; i++)
        {
            layers[i]();
            var value = workspace.Load().Values.Single(static v => v.Key == "command.grace");
            Assert.Equal(TimeSpan.FromSeconds(i + 2), value.Value);
            Assert.Equal(TimeSpan.FromSeconds(10), value.Default);
            Assert.Equal(ConfigurationSource.Machine + i, value.Source);
            Assert.Equal(origins[i], value.Origin);
        }

        var strongest = workspace.Load(parameters);
        Assert.Equal(TimeSpan.FromSeconds(6), strongest.Settings.CommandGrace);
        Assert.Equal(ConfigurationSource.Parameter, strongest.Values.Single(static v => v.Key == "command.grace").Source);
    }

    [Fact]
    public void An_empty_variable_counts_as_not_set() =>
        Assert.Equal(TimeSpan.FromSeconds(10), workspace.Variable("GPUOPS_COMMAND_GRACE", "").Load().Settings.CommandGrace);

    [Theory]
    [InlineData("backend", "GPUOPS_BACKEND")]
    [InlineData("heartbeat.interval", "GPUOPS_HEARTBEAT_INTERVAL")]
    [InlineData("memoryThreshold", "GPUOPS_MEMORY_THRESHOLD")]
    [InlineData("probe.timeLimit", "GPUOPS_PROBE_TIME_LIMIT")]
    public void A_variable_is_named_after_its_key(string key, string variable) => Assert.Equal(variable, SettingCatalog.Find(key).Variable);

    [Fact]
    public void A_wrong_variable_is_named_with_its_value()
    {
        var error = workspace.Variable("GPUOPS_HEARTBEAT_INTERVAL", "15").Refuses("InvalidDuration");
        Assert.StartsWith("GPUOPS_HEARTBEAT_INTERVAL: '15'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heartbeat.interval", "1ms", "100ms to 1h")]
    [InlineData("memoryThreshold", "1KB", "1MB to 1PB")]
    [InlineData("usage.retention", "1h", "1d to 36500d")]
    public void A_value_out_of_range_is_refused_with_the_range(string key, string value, string range)
    {
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load((key, value)));
        Assert.Contains(range.Replace(" to ", " to ", StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expiry_of_less_than_three_intervals_is_refused_with_both_places()
    {
        var error = workspace.User("heartbeat:\n  interval: 2m\n").Refuses("SettingConflict");
        Assert.Contains("three times", error.Message, StringComparison.Ordinal);
        Assert.Contains($"heartbeat.interval is 2m ({workspace.UserFile}:2)", error.Message, StringComparison.Ordinal);
        Assert.Contains("heartbeat.expiry is 5m (default)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_parameter_is_refused()
    {
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load(("heartbeat.intervall", "1s")));
        Assert.Equal("UnknownSetting", error.Id);
        Assert.Contains("'heartbeat.interval'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_mean_nothing_are_listed_with_the_nearest()
    {
        foreach (var name in new[] { "GPUOPS_BACKEDN", "GPUOPS_RESERVATION_ID", "GPUOPS_REQUIRE_RIGS", "GPUOPS_HPC_PASSWORD", "GPUOPS_BACKEND", "PATH" })
            workspace.Variable(name, "local");

        Assert.Equal([new UnknownVariable("GPUOPS_BACKEDN", "GPUOPS_BACKEND")], workspace.Load().UnknownVariables);
    }

    [Theory]
    [InlineData("usage:\n  retention: 1d\n", "usage.retention")]
    [InlineData("probe:\n  fake: gpus.json\n", "probe.fake")]
    public void A_project_cannot_reach_beyond_its_folder(string text, string key)
    {
        var error = workspace.Project(text).Refuses("NotAllowedInProject");
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains(workspace.ProjectFile + ":2:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_path_belongs_to_the_file_that_says_it()
    {
        workspace.User("probe:\n  fake: gpus.json\n");
        Assert.Equal(workspace.At("user/gpus.json"), workspace.Load().Settings.ProbeFake);
        Assert.Equal(workspace.At("home/gpus.json"), workspace.Load(("probe.fake", "~/gpus.json")).Settings.ProbeFake);
        Assert.Equal(workspace.At("project/x.json"), workspace.Variable("GPUOPS_PROBE_FAKE", "x.json").Load().Settings.ProbeFake);
    }
}
