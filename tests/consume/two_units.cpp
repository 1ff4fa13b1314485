#include <cstddef>
#include <string_view>

std::size_t first(std::string_view text);
std::size_t second(std::string_view text);

int main() { return first("[1]") + second("[1, 2]") == 3 ? 0 : 1; }
