using System.Text.Json;

namespace GpuOps.ShellTests;

public sealed class JsonTests(ShellRig rig) : IClassFixture<ShellRig>
{
    [Fact]
    public async Task Every_object_is_one_line()
    {
        ShellResult result = await rig.Run("-OutputFormat", "Json", "Get-Trial; 'text'; 2; @{ none = $null }; @(3, 4)");
        Assert.Equal(7, result.Lines.Length);
        JsonElement gpu = JsonDocument.Parse(result.Lines[0]).RootElement;
        Assert.Equal(0, gpu.GetProperty("Id").GetInt32());
        Assert.Equal("Zoë", gpu.GetProperty("User").GetString());
        Assert.Equal("Monday", gpu.GetProperty("State").GetString());
        Assert.Equal("2026-01-02T03:04:05.0000000Z", gpu.GetProperty("Since").GetString());
        Assert.Equal("1.02:03:04", gpu.GetProperty("Left").GetString());
        Assert.Equal(1.5, gpu.GetProperty("Memory").GetDouble());
        Assert.Equal(7, gpu.GetProperty("Processes")[0].GetProperty("Pid").GetInt32());
        Assert.Equal(["\"text\"", "2", """{"none":null}""", "3", "4"], result.Lines[2..]);
    }

    [Fact]
    public async Task Native_output_is_strings_and_the_exit_code_stays()
    {
        ShellResult result = await rig.Run("-OutputFormat", "json", "sh -c 'echo Zoë; echo two; exit 3'");
        Assert.Equal(["\"Zoë\"", "\"two\""], result.Lines);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Errors_are_objects_on_standard_error()
    {
        ShellResult result = await rig.Run("-OutputFormat", "Json", "no-such-command; 'on'; throw 'end'");
        Assert.Equal(["\"on\""], result.Lines);
        string[] errors = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("CommandNotFoundException", JsonDocument.Parse(errors[0]).RootElement.GetProperty("id").GetString());
        Assert.Equal("end", JsonDocument.Parse(errors[1]).RootElement.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("$h = @{}; $h.self = $h; $h")]
    [InlineData("$h = @{}; foreach ($i in 1..50) { $h = @{ inner = $h } }; $h")]
    [InlineData("[double]::NaN, [double]::PositiveInfinity")]
    [InlineData("[System.IO.DirectoryInfo]'/'")]
    [InlineData("[type]'string', { 1 }, [version]'1.2', [guid]::Empty, [char]'x', 1d, 2e300, [uint64]::MaxValue")]
    [InlineData("\"line`nbreak and `e[31mcolour\"")]
    public async Task Whatever_comes_stays_valid_json(string script)
    {
        ShellResult result = await rig.Run("-OutputFormat", "Json", script);
        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(result.Lines);
        Assert.All(result.Lines, line => JsonDocument.Parse(line).Dispose());
    }
}
