namespace GpuOps.ShellTests;

public sealed class ExitCodeTests(ShellRig rig) : IClassFixture<ShellRig>
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 300", 44)] // a process has eight bits for it
    [InlineData("1 + 1", 0)]
    [InlineData("sh -c 'exit 5'", 5)]
    [InlineData("sh -c 'exit 5'; 'the last native command counts'", 5)]
    [InlineData("sh -c 'exit 5'; sh -c 'exit 0'", 0)]
    [InlineData("sh -c 'exit 5'; exit 2", 2)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("no-such-command", 1)]
    [InlineData("no-such-command; 1", 0)] // as in pwsh: only the last statement's error counts
    [InlineData("1 )", 1)]
    [InlineData("if (", 1)]
    public async Task A_script_decides_what_the_program_returns(string script, int expected)
    {
        ShellResult result = await rig.Run(script);
        Assert.Equal(expected, result.ExitCode);
    }

    [Fact]
    public async Task A_missing_native_command_is_an_error_even_in_json()
    {
        ShellResult result = await rig.Run("-OutputFormat", "Json", "no-such-command");
        Assert.Equal(1, result.ExitCode);
    }

    [Theory]
    [InlineData("-Nope")]
    [InlineData("--nope")]
    [InlineData("-OutputFormat")]
    [InlineData("-OutputFormat", "Yaml", "1")]
    [InlineData("-WorkingDirectory", "/no/such/place", "1")]
    [InlineData("-File", "no-such-file.ps1")]
    [InlineData("-NoProfile", "-Command")]
    public async Task A_wrong_command_line_is_told_and_returns_64(params string[] arguments)
    {
        ShellResult result = await rig.Run(arguments);
        Assert.Equal(64, result.ExitCode);
        Assert.StartsWith("gpuops: ", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task An_unknown_option_is_named()
    {
        ShellResult result = await rig.Run("-Nope");
        Assert.Contains("'-Nope'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_module_the_program_says_where_it_looked()
    {
        using var own = new ShellRig();
        Directory.Delete(Path.Combine(own.Folder, "GpuOps"), recursive: true);
        ShellResult result = await own.Run("1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Path.Combine(own.Folder, "GpuOps"), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_gone_ends_the_script()
    {
        using ShellProcess process = rig.Start("while ($true) { 'more' }");
        await process.Says("more");
        process.CloseOutput();
        Assert.Equal(141, await process.ExitCode());
    }
}
