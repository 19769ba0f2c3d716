using GpuOps.Configuration;

namespace GpuOps.Unit.Configuration;

public sealed class EnvironmentTests
{
    [Theory]
    [InlineData(ConfigurationPlatform.Linux, "", "/home/u/.config/gpuops|/etc/gpuops|/home/u/.local/state/gpuops|/var/lib/gpuops")]
    [InlineData(ConfigurationPlatform.Linux, "XDG_CONFIG_HOME=/c XDG_STATE_HOME=/s", "/c/gpuops|/etc/gpuops|/s/gpuops|/var/lib/gpuops")]
    [InlineData(ConfigurationPlatform.Linux, "XDG_CONFIG_HOME=c", "/home/u/.config/gpuops|/etc/gpuops|/home/u/.local/state/gpuops|/var/lib/gpuops")]
    [InlineData(ConfigurationPlatform.Linux, "GPUOPS_CONFIG_HOME=/c GPUOPS_STATE_HOME=/s", "/c|/etc/gpuops|/s|")]
    [InlineData(ConfigurationPlatform.MacOS, "XDG_CONFIG_HOME=/c", "/home/u/Library/Application Support/gpuops|/Library/Application Support/gpuops|/home/u/Library/Application Support/gpuops|")]
    public void Each_platform_has_its_folders(ConfigurationPlatform platform, string variables, string expected)
    {
        var environment = ConfigurationEnvironment.For(platform, Variables(variables), "/project", "/home/u", "box");
        Assert.Equal(
            expected,
            $"{environment.UserConfigFolder}|{environment.MachineConfigFolder}|{environment.UserStateFolder}|{environment.MachineStateFolder}");
        Assert.Equal("/project/gpuops.yaml", environment.ProjectFile);
    }

    [Fact]
    public void Windows_has_its_folders()
    {
        var environment = ConfigurationEnvironment.For(
            ConfigurationPlatform.Windows, Variables(@"APPDATA=C:\r LOCALAPPDATA=C:\l ProgramData=C:\p"), null, null, "box");
        Assert.StartsWith(@"C:\r", environment.UserFile, StringComparison.Ordinal);
        Assert.StartsWith(@"C:\p", environment.MachineFile, StringComparison.Ordinal);
        Assert.StartsWith(@"C:\l", environment.UserStateFolder, StringComparison.Ordinal);
        Assert.Null(environment.MachineStateFolder);
    }

    [Fact]
    public void Without_a_home_there_is_only_the_machine()
    {
        var environment = ConfigurationEnvironment.For(ConfigurationPlatform.Linux, Variables(""), null, "", "box");
        Assert.Null(environment.UserFile);
        Assert.Null(environment.ProjectFile);
        Assert.Null(environment.UserStateFolder);
        Assert.Equal("/etc/gpuops/config.yaml", environment.MachineFile);
    }

    [Fact]
    public void The_process_has_an_environment()
    {
        var environment = ConfigurationEnvironment.FromProcess("/project");
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment.Variable("PATH"));
        Assert.Equal("/project", environment.CurrentFolder);
    }

    private static Dictionary<string, string> Variables(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=')).ToDictionary(static p => p[0], static p => p[1]);
}
