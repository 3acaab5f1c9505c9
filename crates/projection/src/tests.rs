mod fakes;
mod files;
mod following;
mod rebuilding;
